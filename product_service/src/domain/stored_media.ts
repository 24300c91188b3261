/** Checks of stored pictures: what a store returned may have been changed from outside. */
import { isCount, isText } from './field_checks.ts'
import { fileName, type Media, RENDITION_EDGES, RENDITION_FORMATS } from './media.ts'

const HASH = /^[0-9a-f]{64}$/
const NAMES: string = RENDITION_EDGES.flatMap((edge) =>
  RENDITION_FORMATS.map((format) => fileName({ edge, format })),
).join()

/** Returns it, or throws an Error that names what is wrong. */
export function validateStoredMedia(media: Media): Media {
  const { id, folder, width, height, blur, renditions, createdAt, createdBy } = media
  if (![id, folder, blur, createdAt, createdBy].every(isText) || !HASH.test(id)) {
    throw new Error('its texts are not those of a picture')
  }
  if (![width, height].every(isCount)) throw new Error('its numbers are not those of a picture')
  const areRenditions =
    Array.isArray(renditions) &&
    renditions.map(fileName).join() === NAMES &&
    renditions.every(
      (each) =>
        [each.width, each.height, each.bytes].every(isCount) && isText(each.sha256) && HASH.test(each.sha256),
    )
  if (!areRenditions) throw new Error('its renditions are not those of a picture')
  return media
}
