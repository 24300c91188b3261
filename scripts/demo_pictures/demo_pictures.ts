/**
 * Pictures of the demo catalogue, drawn here: nothing is read from a file, and nothing was taken from elsewhere.
 *
 * Invariants
 *  1. Each product of the demo catalogue has a picture, with an alt text in each language, and a focus inside.
 *  2. The same bytes each time.
 *  3. Square, of SIDE pixels: what `POST /media` accepts.
 */
import { type Focus, PICTURES, type PlannedPicture } from './pictures.ts'
import { createRenderer } from './render/render.ts'

export const SIDE = 1280

export type DemoPicture = {
  readonly product: string
  readonly value?: string
  readonly view: string
  readonly alt: { readonly en: string; readonly de: string }
  readonly focus: Focus
  /** A JPEG. */
  readonly bytes: Buffer
}

/** One after another, each drawn when it is asked for. */
export async function* demoPictures(
  planned: readonly PlannedPicture[] = PICTURES,
  side = SIDE,
): AsyncGenerator<DemoPicture> {
  const render = createRenderer(side)
  for (const { scene, ...described } of planned) yield { ...described, bytes: await render(scene()) }
}
