/** Contrast of two colours (WCAG 2.2). Colours are `#rrggbb`. */

/** WCAG 1.4.3 for text. */
export const CONTRAST_MIN = 4.5

const channelsOf = (colour: string): number[] =>
  [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))

function luminanceOf(colour: string): number {
  const [red, green, blue] = channelsOf(colour).map((channel) => {
    const share = channel / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** From 1 to 21. */
export function contrastOf(a: string, b: string): number {
  const [dark, bright] = [luminanceOf(a), luminanceOf(b)].toSorted((x, y) => x - y) as [number, number]
  return (bright + 0.05) / (dark + 0.05)
}

/** `colour` over `ground`, as CSS mixes them in sRGB; `share` of `colour` from 0 to 1. */
export function mixed(colour: string, ground: string, share: number): string {
  const grounds = channelsOf(ground)
  const channels = channelsOf(colour).map((channel, i) =>
    Math.round(channel * share + grounds[i]! * (1 - share)),
  )
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}
