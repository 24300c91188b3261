/** Checks of stored groups. */

import { NO_DETAILS } from './details.ts'
import { isCount, isText, isTextOrNull } from './field_checks.ts'
import type { Group } from './group.ts'
import { type StoredRest, validateStoredDetails } from './stored_details.ts'

export type StoredGroupRest = Pick<StoredRest, 'media' | 'categories' | 'attributes'>
/** Its fields may be anything. */
export type StoredGroup = { readonly [Field in keyof Group]?: unknown } & { readonly rest: StoredGroupRest }

/** The group, its fields always in the same order. Throws an Error that names what is wrong. */
export function validateStoredGroup({ rest, ...stored }: StoredGroup): Group {
  const { id, name, description, options, slug, draft, publishAt, version, editVersion } = stored as Group
  const { createdAt, updatedAt, deletedAt, priceFromMinor, priceToMinor, variants, inStock } = stored as Group
  const { media = [], categories = [], attributes = {} } = rest
  validateStoredDetails({ ...NO_DETAILS, slug, publishAt, media, categories, attributes })
  const isGood =
    [id, name, description, createdAt, updatedAt].every(isText) &&
    isTextOrNull(deletedAt) &&
    [version, editVersion, variants].every(isCount) &&
    [priceFromMinor, priceToMinor].every((price) => price === null || isCount(price)) &&
    Array.isArray(options) &&
    options.every(
      (option) => isText(option?.name) && Array.isArray(option.values) && option.values.every(isText),
    )
  if (!isGood) throw new Error('its fields are not those of a group')
  return {
    ...{ slug, draft, publishAt, media, categories, attributes },
    ...{ id, name, description, options, version, editVersion, createdAt, updatedAt, deletedAt },
    ...{ priceFromMinor, priceToMinor, variants, inStock },
  }
}
