/** A category as JSON. Separate from the operations, because problems contain categories too. */
import { Id, NullableString, Version } from '@shop/service_kit/http/schemas'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { type Category, parentOf } from '../domain/category.ts'

export const CategoryParams = Type.Object({ id: Id })

export const CategoryView = Type.Object({
  id: Id,
  name: Type.String(),
  slug: Type.String({ description: 'Its address in the shop' }),
  description: Type.String(),
  parent_id: NullableString({ format: 'uuid', description: 'null at the top' }),
  path: Type.Array(Id, { description: 'The ids from the top to its own' }),
  position: Type.Integer({ minimum: 0, description: 'Among the categories of its parent' }),
  version: Version,
})
export type CategoryView = Static<typeof CategoryView>

export const categoryView = (category: Category): CategoryView => {
  const { id, name, slug, description, path, position, version } = category
  return { id, name, slug, description, parent_id: parentOf(category), path: [...path], position, version }
}
