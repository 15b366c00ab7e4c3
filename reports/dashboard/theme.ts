/** What the reader chose; `auto` follows the system. */
export const themes = ['auto', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const KEY = 'hemline-theme'

export function chosenTheme(): Theme {
  const kept = localStorage.getItem(KEY)
  return themes.find((theme) => theme === kept) ?? 'auto'
}

/** Puts a theme in force, and remembers it; without one, puts the chosen one in force. */
export function applyTheme(theme: Theme = chosenTheme()): void {
  localStorage.setItem(KEY, theme)
  document.documentElement.dataset['theme'] = theme
}
