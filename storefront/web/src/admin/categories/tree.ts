/** The categories as the admin sees them: what is beside and below each, and where one can be moved to. */
import type { paths } from '@shop/client/generated/product_service'
import { CATEGORY_DEPTH_MAX } from '@shop/product_service/domain/category'
import { type QueryClient, queryOptions } from '@tanstack/react-query'
import { dataOf, ShopProblem, shop } from '../../api/shop.ts'

type Answer = paths['/categories']['get']['responses'][200]['content']['application/json']
export type Category = Answer['items'][number]
export type Tree = readonly Category[]

export const treeQuery = () =>
  queryOptions({
    queryKey: ['admin', 'categories'],
    queryFn: async ({ signal }): Promise<Tree> =>
      (await dataOf(shop.products.GET('/categories', { cache: 'no-cache', signal }))).items,
    staleTime: 0,
  })

/** Also what other pages know of categories. */
export const forgetTree = (queries: QueryClient) =>
  Promise.all(
    [['admin', 'categories'], ['categories'], ['products']].map((queryKey) =>
      queries.invalidateQueries({ queryKey }),
    ),
  )

/** Those directly below a category, or at the top, in their order. */
export const below = (tree: Tree, parentId: string | null): Tree =>
  tree.filter(({ parent_id }) => parent_id === parentId)

/** Levels from a category to the deepest below it. */
const heightOf = (tree: Tree, { id, path }: Category): number =>
  Math.max(...tree.map((each) => (each.path.includes(id) ? each.path.length - path.length + 1 : 1)))

/** The categories below which this one, or a new one, can be. */
export function parentsFor(tree: Tree, category: Category | undefined): Tree {
  const height = category ? heightOf(tree, category) : 1
  return tree.filter(
    ({ path }) => path.length + height <= CATEGORY_DEPTH_MAX && !(category && path.includes(category.id)),
  )
}

/** The category as it is now, if someone else changed it. */
export const currentOf = (error: unknown): Category | undefined =>
  error instanceof ShopProblem && error.code === 'category_conflict'
    ? (error.document?.current as Category | undefined)
    : undefined
