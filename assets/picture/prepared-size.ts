/** The size in px of a picture as it is sent: fitted into a square of `maxSidePx`, never enlarged, at least 1 px a side. */
export function preparedSize(
  { width, height }: { width: number; height: number },
  maxSidePx: number,
): { width: number; height: number } {
  const scale = Math.min(1, maxSidePx / Math.max(width, height))
  const side = (px: number): number => Math.max(1, Math.round(px * scale))
  return { width: side(width), height: side(height) }
}
