/** Categories on MongoDB; all changes go through mongo_ledger.ts. */
import type { MongoAudit } from '@shop/service_kit/audit/mongo_log'
import type { MongoStore } from '@shop/service_kit/mongo/store'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { categoryCreated, categoryDeleted, categoryEdited } from '../domain/audit_categories.ts'
import { type CategoryTree, NO_CATEGORIES } from '../domain/category.ts'
import { type Categories, KNOWN_FOR_MS } from '../domain/category_ports.ts'
import { addCategory, editCategory, removeCategory } from '../domain/change_category.ts'
import { slugChoices } from '../domain/slug.ts'
import { readTree, TREE_ID } from './mongo_category_documents.ts'
import { collectionsOf, type Readings } from './mongo_documents.ts'
import { movedSlug, referencesOf } from './mongo_references.ts'
import type { Ledger, State } from './mongo_work.ts'

export function createMongoCategoryStore(
  store: MongoStore,
  runtime: Pick<Runtime, 'monotonic'>,
  ledger: Ledger,
  audit: MongoAudit,
  reading: Readings,
): Categories {
  const collections = collectionsOf(store)
  let known: CategoryTree | undefined
  let ids: ReadonlySet<string> = new Set()
  let knownSince = Number.NEGATIVE_INFINITY

  /** Replaces what is known, unless what was read is older: reads may end in another order than they began. */
  const learn = (tree: CategoryTree, asOf: number) => {
    if (known === undefined || tree.revision > known.revision) {
      known = tree
      ids = new Set(tree.categories.map(({ id }) => id))
    }
    knownSince = Math.max(knownSince, asOf)
  }

  /** Reads one small document while nothing has changed. */
  const tree = async (): Promise<CategoryTree> => {
    const asOf = runtime.monotonic()
    const found = await store.repeat(async () => {
      const now = (await collections.categoryTree.findOne({ _id: TREE_ID }))?.revision ?? 0
      return now === known?.revision ? known : readTree(collections, reading.category.many)
    })
    learn(found, asOf)
    return known!
  }

  return {
    /** Other replicas change them without notice. */
    revision: () => undefined,
    tree,
    known: () => known ?? NO_CATEGORIES,
    async renew() {
      if (runtime.monotonic() - knownSince < KNOWN_FOR_MS) return
      await tree().catch((error) => {
        // The request that follows meets the same trouble, if it needs the store.
        if (known === undefined) throw error
      })
    },
    has: (id) => ids.has(id),
    async create({ id, fields }, stamp) {
      const entryOf = audit.entries(stamp.by, stamp.at)
      const category = await ledger({
        reads: { tree: true, slugs: fields.slug ? [fields.slug] : slugChoices(fields.name, id) },
        decide(state) {
          const { tree, category } = addCategory(treeIn(state), id, fields, referencesOf(state))
          const slugs = movedSlug(null, category.slug, id, 'category')
          return { answer: category, tree, slugs, entries: categoryCreated(category).map(entryOf) }
        },
      })
      await renewed()
      return category
    },
    async edit(id, fields, seen, stamp) {
      const entryOf = audit.entries(stamp.by, stamp.at)
      const category = await ledger({
        reads: { tree: true, slugs: fields.slug ? [fields.slug] : [] },
        readsAfter: (state) => slugIn(state, id),
        decide(state) {
          const before = treeIn(state)
          const { tree, category } = editCategory(before, id, fields, seen, referencesOf(state))
          if (tree === before) return { answer: category }
          const was = before.categories.find((each) => each.id === id)!
          const slugs = movedSlug(was.slug, category.slug, id, 'category')
          return { answer: category, tree, slugs, entries: categoryEdited(was, category).map(entryOf) }
        },
      })
      await renewed()
      return category
    },
    async remove(id, seen, stamp) {
      const entryOf = audit.entries(stamp.by, stamp.at)
      await ledger({
        reads: { tree: true },
        readsAfter: (state) => slugIn(state, id),
        decide(state) {
          const { tree, category } = removeCategory(treeIn(state), id, seen)
          const slugs = movedSlug(category.slug, null, id, 'category')
          return { answer: undefined, tree, slugs, entries: [entryOf(categoryDeleted(category))] }
        },
      })
      await renewed()
    },
  }

  /** After a change by this process, which its answers show from now on. */
  async function renewed(): Promise<void> {
    knownSince = Number.NEGATIVE_INFINITY
    await tree().catch(() => {})
  }
}

const treeIn = ({ tree }: State): CategoryTree => {
  if (tree) return tree
  throw new Error('the tree of categories was not read')
}

const slugIn = (state: State, id: string) => {
  const category = treeIn(state).categories.find((each) => each.id === id)
  return category ? { slugs: [category.slug] } : {}
}
