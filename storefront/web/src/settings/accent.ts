/** The accent of the shop as the tokens of styles.css. This file imports nothing at run time, so that the gateway can import it. */
import type { ShopSettings } from '../api/types.ts'

type Colours = ShopSettings['colours']
const COLOUR = /^#[0-9a-f]{6}$/
/** Those of DEFAULT_SETTINGS of product_service: they have tokens in styles.css that were chosen by eye. */
const USUAL_ACCENT = ['#17573f', '#ffffff', '#86d3b3', '#08221a'] as const

const colourList = ({ light, dark }: Colours): readonly string[] => [
  light.accent,
  light.text,
  dark.accent,
  dark.text,
]

/** The custom properties of these colours; empty for the usual ones. */
export function coloursAsProperties(colours: Colours): Readonly<Record<string, string>> {
  const { light, dark } = colours
  const all = colourList(colours)
  if (all.join() === USUAL_ACCENT.join() || !all.every((colour) => COLOUR.test(colour))) return {}
  return {
    '--accent': `light-dark(${light.accent}, ${dark.accent})`,
    '--on-accent': `light-dark(${light.text}, ${dark.text})`,
    '--accent-strong': `light-dark(color-mix(in srgb, ${light.accent} 82%, #000), color-mix(in srgb, ${dark.accent} 82%, #fff))`,
    // The share that change_shop_settings.ts of product_service checks the contrast with.
    '--accent-soft': `light-dark(color-mix(in srgb, ${light.accent} 14%, #fff), color-mix(in srgb, ${dark.accent} 14%, #171d1a))`,
  }
}
