/** The fingerprint of a request that stands for one: forty characters without order. */
export function fingerprintOf(id) {
  let text = ''
  for (let seed = id * 2654435761; text.length < 40;) {
    seed = (Math.imul(seed ^ (seed >>> 15), 2246822519) + text.length + id) >>> 0
    text += seed.toString(16).padStart(8, '0')
  }
  return text.slice(0, 40)
}
