/** The list of products as its address says. Cursors only lead forward; the history entry stores the earlier ones for "Previous". */
import { useLocation, useNavigate, useSearchParams } from 'react-router'
import { useWanted } from '../../ui/use_wanted.ts'
import { changed, type ProductView, searchOf, viewIn } from './product_view.ts'

type Trail = readonly (string | null)[]

export function useProductView() {
  const [params] = useSearchParams()
  const { state } = useLocation() as { state: { trail?: Trail } | null }
  const navigate = useNavigate()
  const trail = state?.trail ?? []
  const view = viewIn(params)
  const [wanted, want] = useWanted(view)
  const go = (next: ProductView, trail: Trail = [], replace = false) => {
    want(next)
    navigate({ pathname: '/admin/products', search: searchOf(next) }, { state: { trail }, replace })
  }
  return {
    view,
    /** For controls. */
    wanted,
    /** Starts at the first page. `replace` overwrites the history entry. */
    change: (change: Partial<ProductView>, replace = false) => go(changed(wanted, change), [], replace),
    next: (cursor: string) => go({ ...view, cursor }, [...trail, view.cursor ?? null]),
    previous:
      trail.length === 0
        ? undefined
        : () => go({ ...view, cursor: trail.at(-1) ?? undefined }, trail.slice(0, -1)),
    first: view.cursor === undefined ? undefined : () => go({ ...view, cursor: undefined }),
  }
}
