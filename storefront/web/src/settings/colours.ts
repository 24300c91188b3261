/** The accent of the shop as the tokens of styles.css. The defaults have tokens there that were chosen by eye. */
import { DEFAULT_SETTINGS } from '@shop/product_service/domain/shop_settings'
import type { ShopSettings } from '../api/types.ts'

type Colours = ShopSettings['colours']
const COLOUR = /^#[0-9a-f]{6}$/

/** The custom properties of these colours; empty for the defaults. */
export function coloursAsProperties({ light, dark }: Colours): Readonly<Record<string, string>> {
  const all = [light.accent, light.text, dark.accent, dark.text]
  const { colours: usual } = DEFAULT_SETTINGS
  const isUsual =
    all.join() === [usual.light.accent, usual.light.text, usual.dark.accent, usual.dark.text].join()
  if (isUsual || !all.every((colour) => COLOUR.test(colour))) return {}
  return {
    '--accent': `light-dark(${light.accent}, ${dark.accent})`,
    '--on-accent': `light-dark(${light.text}, ${dark.text})`,
    '--accent-strong': `light-dark(color-mix(in srgb, ${light.accent} 82%, #000), color-mix(in srgb, ${dark.accent} 82%, #fff))`,
    // The share that change_shop_settings.ts of product_service checks the contrast with.
    '--accent-soft': `light-dark(color-mix(in srgb, ${light.accent} 14%, #fff), color-mix(in srgb, ${dark.accent} 14%, #171d1a))`,
  }
}

const NAMES = ['--accent', '--on-accent', '--accent-strong', '--accent-soft']

export function showColours(colours: Colours, element: HTMLElement = document.documentElement): void {
  const properties = coloursAsProperties(colours)
  for (const name of NAMES) {
    const value = properties[name]
    if (value === undefined) element.style.removeProperty(name)
    else element.style.setProperty(name, value)
  }
}
