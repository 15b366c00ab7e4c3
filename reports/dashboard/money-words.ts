import { formatUsd } from '../../data/catalogue/price.js'

/** Nano-dollars as people read them; parts of a cent stay visible. */
export function formatNano(nano: number): string {
  return formatUsd(Math.round(nano))
}
