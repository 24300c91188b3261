/**
 * The variant that the visitor looks at.
 *
 * Invariants
 *  1. `variant` has exactly the chosen values, also while the answer to another choice is shown or loads: what is added to
 *     the cart is what was chosen.
 *  2. The address names the variant once all is chosen, replaces its entry of the history, and names none otherwise.
 *  3. An address that names a variant begins with its values. One that is no longer sold is ignored.
 */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useLocation, useNavigate, useSearchParams } from 'react-router'
import { liveChoicesQuery, productQuery } from '../api/queries.ts'
import type { Group } from '../api/types.ts'
import { useAnswer } from '../api/use_answer.ts'
import { type Chosen, chosenAtFirst, hasValues, isComplete, untested, withValue } from './variant_choice.ts'

export function useVariant(group: Group) {
  const [params] = useSearchParams()
  const named = params.get('variant')
  const { state } = useLocation()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [own, setOwn] = useState<{ readonly at: string | null; readonly values: Chosen }>()
  const isOwn = own !== undefined && own.at === named

  const { data: asked, isPending: asking } = useQuery({
    ...productQuery(named ?? ''),
    enabled: named !== null && !isOwn,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const isKnown = isOwn || named === null || !asking
  const chosen: Chosen = isOwn ? own.values : chosenAtFirst(group, asked?.id === named ? asked : undefined)

  const query = liveChoicesQuery(group.id, chosen)
  const answer = useAnswer({ ...query, enabled: isKnown })
  const { data, isPlaceholderData } = answer
  const variant = data?.variant && hasValues(data.variant, chosen) ? data.variant : undefined
  const complete = isComplete(chosen)

  const settled = data !== undefined && !isPlaceholderData
  const found = complete ? (data?.variant?.id ?? null) : null
  useEffect(() => {
    if (!own || !settled || !isOwn || found === named) return
    if (data.variant) queries.setQueryData(productQuery(data.variant.id).queryKey, data.variant)
    navigate({ search: found === null ? '' : `?variant=${found}` }, { replace: true, state })
    setOwn({ at: found, values: own.values })
  }, [own, isOwn, settled, found, named, data, queries, navigate, state])

  return {
    chosen,
    complete,
    choose: (at: number, value: string) => setOwn({ at: named, values: withValue(chosen, at, value) }),
    options: data?.options ?? untested(group.options),
    variant,
    /** What is shown before all is chosen: a variant that fits. */
    suggested: data?.suggested ?? undefined,
    /** All is chosen, and there is no such variant. */
    missing: complete && settled && !variant,
    waiting: !isKnown || answer.isPending || isPlaceholderData,
    error: answer.error,
    asOf: answer.dataUpdatedAt,
    retry: answer.refetch,
  }
}
