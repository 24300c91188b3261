/**
 * Queries as pages show them: a failed query stays failed during the next attempt, so that its message stays on the page
 * until it succeeds.
 */
import {
  type InfiniteData,
  type QueryKey,
  type UseInfiniteQueryOptions,
  type UseQueryOptions,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query'
import { refetcher } from './query_client.ts'

export const useAnswer = <Data, Key extends QueryKey>(options: UseQueryOptions<Data, Error, Data, Key>) =>
  withFailure(options.queryKey, useQuery(options))

export const usePages = <Page, Key extends QueryKey>(
  options: UseInfiniteQueryOptions<Page, Error, InfiniteData<Page>, Key, string | null>,
) => withFailure(options.queryKey, useInfiniteQuery(options))

type Shown = { data: unknown; error: unknown; isPending: boolean; isPlaceholderData: boolean }

export function withFailure<Result extends Shown>(key: QueryKey, result: Result): Result {
  const failure = result.isPending || result.isPlaceholderData ? refetcher.failureOf(key) : undefined
  if (failure === undefined) return result
  return { ...result, data: undefined, error: failure, isPending: false, isPlaceholderData: false }
}
