/**
 * Queries as pages show them: one that failed stays failed while it tries again, so that what the page says about it
 * stays where it is until there is an answer.
 */
import {
  type InfiniteData,
  type QueryKey,
  type UseInfiniteQueryOptions,
  type UseQueryOptions,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query'
import { healing } from './query_client.ts'

export const useAnswer = <Data, Key extends QueryKey>(options: UseQueryOptions<Data, Error, Data, Key>) =>
  lasting(options.queryKey, useQuery(options))

export const usePages = <Page, Key extends QueryKey>(
  options: UseInfiniteQueryOptions<Page, Error, InfiniteData<Page>, Key, string | null>,
) => lasting(options.queryKey, useInfiniteQuery(options))

type Shown = { data: unknown; error: unknown; isPending: boolean; isPlaceholderData: boolean }

export function lasting<Result extends Shown>(key: QueryKey, result: Result): Result {
  const failure = result.isPending || result.isPlaceholderData ? healing.failureOf(key) : undefined
  if (failure === undefined) return result
  return { ...result, data: undefined, error: failure, isPending: false, isPlaceholderData: false }
}
