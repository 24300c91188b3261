/** The products of the cart as they are sold now. */
import { useQueries } from '@tanstack/react-query'
import { productQuery } from '../api/queries.ts'
import { pollEvery } from '../api/refetch.ts'
import { ShopProblem } from '../api/shop.ts'
import type { Product } from '../api/types.ts'
import { withFailure } from '../api/use_answer.ts'
import { useWaiting } from '../ui/late.tsx'
import type { CartLine } from './cart_line.ts'

/** How often the prices and stock of the products in the cart are fetched. */
const WATCH_MS = 5_000

export function useProductsNow(lines: readonly CartLine[]) {
  const results = useQueries({
    queries: lines.map(({ productId }) => ({
      ...productQuery(productId),
      refetchInterval: pollEvery(WATCH_MS),
      staleTime: 0,
    })),
  })
  const answers = results.map((result, i) => withFailure(productQuery(lines[i]!.productId).queryKey, result))
  useWaiting(answers.some(({ isPending }) => isPending))
  const byId = new Map<string, Product | null | undefined>(
    lines.map(({ productId }, i) => {
      const { data, error } = answers[i]!
      return [productId, isGone(error) ? null : data]
    }),
  )
  return {
    now: (productId: string) => byId.get(productId),
    problem: answers.find(({ error }) => error && !isGone(error))?.error ?? undefined,
    retry: () => Promise.all(answers.map(({ refetch }) => refetch())),
  }
}

const isGone = (error: unknown) => error instanceof ShopProblem && error.status === 404
