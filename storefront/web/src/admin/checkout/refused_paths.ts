import { ShopProblem } from '@shop/client/problem'
import { admin } from '../../language/admin_texts.ts'
import type { Faults } from './draft.ts'

/** What the service refuses beyond what the form checks, such as a region that the country does not have: by the path of its field. */
export function refusedPaths(error: unknown): Faults | undefined {
  if (!(error instanceof ShopProblem) || error.code !== 'validation_failed') return undefined
  const errors = (error.document?.errors ?? []) as readonly { path: string }[]
  const known = errors.filter(({ path }) => /^\/(tax_rates|shipping_methods)\/\d+\//.test(path))
  if (known.length === 0) return undefined
  return Object.fromEntries(
    known.map(({ path }) => [
      path,
      path.endsWith('/region') ? admin.checkout.faults.region : admin.checkout.faults.refused,
    ]),
  )
}
