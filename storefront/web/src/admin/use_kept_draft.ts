/**
 * What an admin typed and has not saved. It stays while they look at other pages of the shop; leaving the shop asks first. Another
 * user of the browser does not get it (api/query_client.ts).
 */
import { skipToken, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect } from 'react'

export function useKeptDraft<T>(name: string): readonly [T | undefined, (next: T | undefined) => void] {
  const queries = useQueryClient()
  const { data } = useQuery<{ draft: T } | null>({
    queryKey: ['admin', 'drafts', name],
    queryFn: skipToken,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  })
  const keep = useCallback(
    (draft: T | undefined) =>
      queries.setQueryData(['admin', 'drafts', name], draft === undefined ? null : { draft }),
    [queries, name],
  )
  const draft = data?.draft
  const isOpen = draft !== undefined
  useEffect(() => {
    if (!isOpen) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [isOpen])
  return [draft, keep]
}
