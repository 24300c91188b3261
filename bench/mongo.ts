/**
 * `npm run bench -- --mongo URL`: orders on MongoDB, compared with the least work of that server for one: an `insertOne`
 * that waits for a majority, from as many writers as there are buyers. It uses its own databases and drops them at the end.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { CLIENT_OPTIONS } from '@shop/service_kit/mongo/options'
import { withDatabase } from '@shop/service_kit/mongo/url'
import { MongoClient } from 'mongodb'
import type { Round } from './wrk.ts'

export type MongoServer = {
  /** The URL of a database for this run. */
  databaseUrl(name: string): string
  /** One round of bare inserts. */
  insert(seconds: number, writers: number): Promise<Round>
  close(): Promise<void>
}

export async function openMongoServer(url: string): Promise<MongoServer> {
  const prefix = `shop_bench_${Date.now()}`
  const names = new Set<string>()
  const nameOf = (name: string) => {
    names.add(`${prefix}_${name}`)
    return `${prefix}_${name}`
  }
  const client = new MongoClient(url, { ...CLIENT_OPTIONS, maxPoolSize: 100 })
  await client.connect()
  const entries = client.db(nameOf('floor')).collection<{ _id: string; text: string }>('entries')
  const text = 'x'.repeat(600)

  return {
    databaseUrl: (name) => withDatabase(url, nameOf(name)),
    async insert(seconds, writers) {
      const latencies: number[] = []
      let failed = 0
      const startedAt = performance.now()
      const end = startedAt + seconds * 1000
      const write = async () => {
        while (performance.now() < end) {
          const before = performance.now()
          await entries.insertOne({ _id: crypto.randomUUID(), text }).catch(() => failed++)
          latencies.push(performance.now() - before)
        }
      }
      await Promise.all(Array.from({ length: writers }, write))
      latencies.sort((a, b) => a - b)
      const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0
      const perSecond = (latencies.length / (performance.now() - startedAt)) * 1000
      return { requests: latencies.length, perSecond, p50Ms: at(0.5), p99Ms: at(0.99), failed }
    },
    async close() {
      // The last commands of the services may still be running.
      await sleep(200)
      // A test server may not support the command; it deletes its data when it stops.
      for (const name of names)
        await client
          .db(name)
          .dropDatabase()
          .catch(() => {})
      await client.close()
    },
  }
}
