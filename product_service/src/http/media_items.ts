/** The pictures of a product or group, in requests and answers. */

import { Body } from '@shop/service_kit/http/schemas'
import { TextInput } from '@shop/service_kit/http/text'
import { invalidField } from '@shop/service_kit/runtime/problem'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { MESSAGE } from '@shop/service_kit/runtime/sentences'
import {
  ALT_LENGTH_MAX,
  FOCUS_CENTRE,
  FOCUS_MAX,
  MEDIA_PER_PRODUCT_MAX,
  type MediaItem,
  repeatedItem,
} from '../domain/media.ts'

export const MediaId = Type.String({
  pattern: '^[0-9a-f]{64}$',
  [MESSAGE]: 'must be the id of a picture: 64 hexadecimal digits',
  description: 'SHA-256 of the file as it was uploaded',
})

const Percent = Type.Integer({ minimum: 0, maximum: FOCUS_MAX })
const DESCRIPTION = 'The point that no crop cuts off, in percent from the top left corner'

export const MediaItemInput = Body({
  id: MediaId,
  alt: TextInput('line', { maxLength: ALT_LENGTH_MAX, description: 'What is on the picture; not blank' }),
  focus: Type.Optional({ ...Body({ x: Percent, y: Percent }), description: DESCRIPTION }),
})

/** For the bodies that create or change a product. Read it with `readMediaItems`. */
export const MediaItemsInput = Type.Array(MediaItemInput, {
  maxItems: MEDIA_PER_PRODUCT_MAX,
  description: 'Pictures in the order in which they are shown',
})

export const MediaItemView = Type.Object({
  id: MediaId,
  alt: Type.String(),
  focus: Type.Object({ x: Percent, y: Percent }, { description: DESCRIPTION }),
  width: Type.Integer({ minimum: 1, description: 'Of the original, in pixels' }),
  height: Type.Integer({ minimum: 1 }),
  blur: Type.String({ description: 'A placeholder of some pixels, as a data URI' }),
})

/** Fails with `validation_failed` if a picture is there twice. */
export function readMediaItems(items: Static<typeof MediaItemsInput>, path: string): readonly MediaItem[] {
  const repeated = repeatedItem(items)
  if (repeated !== undefined) throw invalidField(`${path}/${repeated}/id`, 'must not repeat a picture')
  return items.map(({ id, alt, focus = FOCUS_CENTRE }) => ({ id, alt: alt.toWellFormed(), focus }))
}
