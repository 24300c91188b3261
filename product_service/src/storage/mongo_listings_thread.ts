/** The thread that has the catalogue of a MongoDB store in memory (mongo_listings.ts). */
import { serveReads } from '@shop/service_kit/runtime/reader_thread'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createIndexHost } from '../domain/catalogue/index_host.ts'

serveReads(() => createIndexHost(systemRuntime.monotonic))
