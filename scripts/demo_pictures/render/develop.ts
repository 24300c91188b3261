/** From light to a picture: exposure, a soft shoulder for what is bright, a little grain, JPEG. */
import sharp from 'sharp'
import { dice } from '../materials/noise.ts'
import type { Frame } from './draw.ts'

const QUALITY = 90
const GRAIN = 2.1
const STEPS = 4096
const BRIGHTEST = 6

/** sRGB value (0 to 255) of a light, by `light / BRIGHTEST * STEPS`. */
const CURVE = Float32Array.from({ length: STEPS + 1 }, (_, k) => {
  const x = (k / STEPS) ** 2 * BRIGHTEST * 0.66
  // Straight up to the middle tones, then ever flatter: white is reached at the end alone.
  const toned = x < 0.35 ? x : 0.35 + 0.65 * (1 - Math.exp(-(x - 0.35) / 0.72))
  const contrast = toned ** 1.06
  return 255 * (contrast <= 0.0031308 ? contrast * 12.92 : 1.055 * contrast ** (1 / 2.4) - 0.055)
})

export async function develop({ rgb, pixels }: Frame): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(pixels * pixels * 3)
  const roll = dice(77)
  const noise = Float32Array.from({ length: 65_537 }, () => (roll() + roll() + roll() - 1.5) * GRAIN)
  for (let p = 0, k = 0; p < pixels * pixels; p += 1) {
    // The length of the noise is prime: no pattern is seen.
    const speck = noise[p % 65_537]! + 0.5
    for (let c = 0; c < 3; c += 1, k += 1) {
      const at = Math.sqrt(Math.min(rgb[k]!, BRIGHTEST) / BRIGHTEST) * STEPS
      const value = CURVE[at | 0]! + speck
      bytes[k] = value < 0 ? 0 : Math.min(value, 255)
    }
  }
  return sharp(bytes, { raw: { width: pixels, height: pixels, channels: 3 } })
    .jpeg({ quality: QUALITY, chromaSubsampling: '4:4:4' })
    .toBuffer()
}
