/** Imports: what is asked of the server, and how a file gets there. */
import type { paths } from '@shop/client/generated/product_service'
import { TABLE } from '@shop/client/retry'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { pollEvery } from '../../api/refetch.ts'
import { dataOf, shop } from '../../api/shop.ts'
import type { Json } from '../../api/types.ts'
import { currentLanguage } from '../../language/switch.ts'
import { saveFile } from '../../ui/save_file.ts'
import { readTable } from './read_table.ts'

export type Import = Json<paths['/imports/{id}']['get']['responses'][200]>

const LIVE_MS = 1_000
const LISTED_MAX = 10
const NOTES_AT_ONCE = 20
const NAME_LENGTH_MAX = 100

export const isOpen = ({ state }: Import): boolean =>
  state === 'uploading' || state === 'checking' || state === 'checked' || state === 'applying'

export const importsQuery = () =>
  queryOptions({
    queryKey: ['admin', 'imports'],
    queryFn: ({ signal }) =>
      dataOf(shop.products.GET('/imports', { params: { query: { limit: LISTED_MAX } }, signal })),
    staleTime: 0,
    refetchInterval: pollEvery(LIVE_MS),
  })

/** Of an import in one state: others may come with the next. */
export const notesQuery = ({ id, state }: Import) =>
  infiniteQueryOptions({
    queryKey: ['admin', 'imports', id, state],
    queryFn: ({ signal, pageParam }) =>
      dataOf(
        shop.products.GET('/imports/{id}/notes', {
          params: {
            path: { id },
            query: { limit: NOTES_AT_ONCE, ...(pageParam === null ? {} : { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page: { next_cursor: string | null }) => page.next_cursor,
  })

/** Part by part; the client repeats a part whose answer was lost. Then the check begins. */
export async function upload(file: File, onProgress: (share: number) => void): Promise<void> {
  const { id, part_bytes: size } = await dataOf(
    shop.products.POST('/imports', { body: { name: file.name.slice(0, NAME_LENGTH_MAX).toWellFormed() } }),
  )
  const parts = Math.ceil(file.size / size)
  for (let number = 0; number < parts; number++) {
    await dataOf(
      shop.products.PUT('/imports/{id}/parts/{number}', {
        params: { path: { id, number } },
        body: file.slice(number * size, (number + 1) * size) as never,
        bodySerializer: (body: unknown) => body as Blob,
        headers: { 'content-type': 'application/octet-stream' },
      }),
    )
    onProgress((number + 1) / parts)
  }
  await change(id, { state: 'checking', parts })
}

type Change = NonNullable<paths['/imports/{id}']['patch']['requestBody']>['content']['application/json']
export const change = (id: string, body: Change) =>
  dataOf(shop.products.PATCH('/imports/{id}', { params: { path: { id } }, body }))

/** A table of which nothing arrived for so long is given up. */
const SILENCE_MS = 60_000
const READING = { parseAs: 'stream', headers: { accept: TABLE } } as const

/** Saved under `name` when it is complete; `onProgress` gets the bytes so far. */
export async function download(
  name: string,
  importId?: string,
  onProgress: (bytes: number) => void = () => {},
): Promise<void> {
  const answer =
    importId === undefined
      ? shop.products.GET('/exports/catalogue.csv', READING)
      : shop.products.GET('/imports/{id}/result', {
          params: { path: { id: importId }, query: { language: currentLanguage() } },
          ...READING,
        })
  const stream = (await dataOf(answer as never)) as ReadableStream<Uint8Array<ArrayBuffer>>
  saveFile(name, new Blob(await readTable(stream, onProgress, SILENCE_MS), { type: TABLE }))
}
