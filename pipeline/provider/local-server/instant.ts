/** The whole seconds since 1970 that the API writes instants in. */
export function unixSeconds(instant: Date): number {
  return Math.floor(instant.getTime() / 1000)
}
