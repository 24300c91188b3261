/** Shows the accent of the shop. */
import type { ShopSettings } from '../api/types.ts'
import { coloursAsProperties } from './accent.ts'

const NAMES = ['--accent', '--on-accent', '--accent-strong', '--accent-soft']

export function showColours(
  colours: ShopSettings['colours'],
  element: HTMLElement = document.documentElement,
): void {
  const properties = coloursAsProperties(colours)
  for (const name of NAMES) {
    const value = properties[name]
    if (value === undefined) element.style.removeProperty(name)
    else element.style.setProperty(name, value)
  }
}
