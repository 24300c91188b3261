/** The size and shape of the logo in the header. This file imports nothing, so that the gateway can import it. */
const HEIGHT = 36
const WIDTH_MAX = 176
/** A logo that is nearly square is a sign, which stands beside the name; a wider one has the name in it. */
const SIGN_RATIO_MAX = 1.5

type Size = { readonly width: number; readonly height: number }

export const isSign = ({ width, height }: Size): boolean => width <= height * SIGN_RATIO_MAX

/** The largest size of that shape within the header. */
export function logoSize({ width, height }: Size): Size {
  const scale = Math.min(HEIGHT / height, WIDTH_MAX / width)
  return { width: Math.round(width * scale), height: Math.round(height * scale) }
}

/** Of a shop without a logo: an arch with its keystone, on 32 units. */
export const MARK = 'size-8 shrink-0'
export const MARK_PATH = 'M9 23V12a7 7 0 0 1 14 0v11M9 17.5h14'
