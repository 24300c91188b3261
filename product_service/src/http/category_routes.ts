/** Categories: public to read, for admins to change (domain/change_category.ts). */
import type { App } from '@shop/service_kit/http/app_types'
import { empty } from '@shop/service_kit/http/empty'
import { etagOf } from '@shop/service_kit/http/etags'
import { jsonParser } from '@shop/service_kit/http/json_bodies'
import { principalOf } from '@shop/service_kit/identity/access'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { FastifyRequest } from 'fastify'
import type { Categories } from '../domain/category_ports.ts'
import type { CategoryFields } from '../domain/change_category.ts'
import { cachedAnswers, withEtag } from './cached_answers.ts'
import {
  type CategoryBody,
  createCategoryOperation,
  deleteCategoryOperation,
  listCategoriesOperation,
  patchCategoryOperation,
} from './category_schemas.ts'
import { categoryView } from './category_views.ts'
import { readSeenVersions } from './preconditions.ts'
import { MERGE_PATCH_TYPE } from './product_write_schemas.ts'
import { readSlug } from './shown_views.ts'

export type CategoryRoutesDeps = {
  readonly categories: Categories
  readonly requireVersion: boolean
  readonly runtime: Pick<Runtime, 'now' | 'newId'>
}

export function categoryRoutes({ categories, requireVersion, runtime }: CategoryRoutesDeps) {
  const answer = cachedAnswers(categories.revision)
  const stampOf = (request: FastifyRequest) => ({
    by: principalOf(request).userId,
    at: runtime.now().toISOString(),
  })

  return async (app: App) => {
    app.get('/categories', listCategoriesOperation, (request, reply) =>
      answer(request, reply, 'categories', async () => {
        const tree = await categories.tree()
        return withEtag(JSON.stringify({ items: tree.categories.map(categoryView) }))
      }),
    )

    app.post('/categories', createCategoryOperation, async (request, reply) => {
      const { name, ...more } = request.body
      const fields = { description: '', parentId: null, ...fieldsOf(more), name: name.toWellFormed() }
      const category = await categories.create({ id: runtime.newId(), fields }, stampOf(request))
      reply.code(201).header('etag', etagOf(category.version))
      return categoryView(category)
    })

    app.register(async (patchApp: App) => {
      patchApp.addContentTypeParser(MERGE_PATCH_TYPE, { parseAs: 'buffer' }, jsonParser(patchApp))
      patchApp.patch('/categories/:id', patchCategoryOperation, async (request, reply) => {
        const seen = readSeenVersions(request.headers['if-match'], request.body.version, requireVersion)
        const fields = fieldsOf(request.body)
        const category = await categories.edit(request.params.id, fields, seen, stampOf(request))
        reply.header('etag', etagOf(category.version))
        return categoryView(category)
      })
    })

    app.delete('/categories/:id', deleteCategoryOperation, async (request, reply) => {
      const seen = readSeenVersions(request.headers['if-match'], request.query.version, requireVersion)
      await categories.remove(request.params.id, seen, stampOf(request))
      return empty(reply, 204)
    })
  }
}

/** Only the fields that were sent. Fails with `validation_failed`. */
function fieldsOf({ name, slug, description, parent_id, position }: CategoryBody): Partial<CategoryFields> {
  return {
    ...(name === undefined ? {} : { name: name.toWellFormed() }),
    ...(description === undefined ? {} : { description: description.toWellFormed() }),
    ...(parent_id === undefined ? {} : { parentId: parent_id }),
    ...(position === undefined ? {} : { position }),
    ...(slug === undefined ? {} : { slug: readSlug(slug) }),
  }
}
