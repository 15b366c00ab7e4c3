import type { JSX } from 'preact'
import { inWords } from './words.js'

/** How the colour names of the vocabulary look. */
const colors: Record<string, string> = {
  ...{ black: '#17171a', charcoal: '#3f4247', grey: '#8d9096', silver: '#c3c7cc', white: '#ffffff' },
  ...{ off_white: '#f4efe3', beige: '#dccbb0', camel: '#bd8e5a', brown: '#6d4a33', navy: '#1f2a52' },
  ...{ blue: '#2f62c9', light_blue: '#a3c7ec', teal: '#17787d', turquoise: '#3cc4c0', mint: '#b2e5cf' },
  ...{ green: '#2f9150', dark_green: '#1d4c34', olive: '#75743b', yellow: '#f4d63d', mustard: '#cf9f2a' },
  ...{ gold: '#c8a24a', orange: '#ec8229', coral: '#f57f66', pink: '#f3acc4', fuchsia: '#d32b8d' },
  ...{ red: '#cb2a31', burgundy: '#6c1b30', purple: '#6e3a9a', lilac: '#c2a6e0' },
}

/** A colour as a dot; what has many colours, or one that is not known, is hatched. */
export function Swatch({ color }: { color: string }): JSX.Element {
  const value = colors[color]
  return (
    <i
      class={value === undefined ? 'swatch many' : 'swatch'}
      style={value === undefined ? {} : { backgroundColor: value }}
      title={inWords(color)}
      aria-hidden="true"
    />
  )
}

/** A palette; its names are read to who cannot see it. */
export function Palette({ colors: shown }: { colors: readonly string[] }): JSX.Element | null {
  if (shown.length === 0) return null
  return (
    <span class="palette" role="img" aria-label={`Colours: ${shown.map(inWords).join(', ')}`}>
      {shown.map((color) => (
        <Swatch key={color} color={color} />
      ))}
    </span>
  )
}
