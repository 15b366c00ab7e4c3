import { isIP } from 'node:net'

/** The name in a Host header, without its port; undefined for what is none. */
export function hostNameOf(header: string | undefined): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[^:]+)(?::\d{1,5})?$/i.exec(header ?? '')
  return match?.[1]?.toLowerCase().replace(/^\[|\]$/g, '')
}

/**
 * Whether a Host header names a server as no page of another origin can have it named. Whoever owns a name can make it lead here, and
 * a browser then takes the server for theirs; an address in digits, and names that no public name server answers for, they cannot.
 *
 * @param boundTo  the address that is listened on; it may be a name.
 */
export function isSafeHost(header: string | undefined, boundTo: string): boolean {
  const name = hostNameOf(header)
  if (name === undefined) return false
  if (name === 'localhost' || name === boundTo.toLowerCase() || isIP(name) !== 0) return true
  return name.endsWith('.localhost') || name.endsWith('.internal')
}
