/** The thread that writes the search index, so that sales never wait for it. */
import { serveReads } from '@shop/service_kit/runtime/reader_thread'
import { createIndexFile } from './sqlite_index_file.ts'

serveReads((path: string) => createIndexFile(path).indexNext)
