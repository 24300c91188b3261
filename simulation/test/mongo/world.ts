/** A model whose time passes only while a test waits, and clients with the options of our stores. */
import { CLIENT_OPTIONS } from '@shop/service_kit/mongo/options'
import { createVirtualRuntime, type VirtualRuntime } from '@shop/service_kit/test_support/virtual_runtime'
import type { Collection, MongoClient, MongoClientOptions } from 'mongodb'
import {
  createModelDeployment,
  type DeploymentOptions,
  type ModelDeployment,
} from '../../mongo/deployment.ts'
import type { Command, Fault } from '../../mongo/port.ts'

export type Thing = { _id: string; name?: string; count?: number; items?: number[] }

export type ModelWorld = {
  readonly runtime: VirtualRuntime
  readonly mongo: ModelDeployment
  readonly notes: string[]
  /** What happens to each command; replaced by tests. */
  readonly faults: { of(command: Command): Fault | undefined }
  /** Milliseconds until a member copies a write, by its number from 1. */
  readonly replicationMs: Record<string, number>
  /** Lets time pass until it settles. */
  run<T>(work: Promise<T>): Promise<T>
  client(name: string, options?: MongoClientOptions): Promise<MongoClient>
  things(name: string, options?: MongoClientOptions): Promise<Collection<Thing>>
}

export function createModelWorld(seed = 1, options: DeploymentOptions = {}): ModelWorld {
  const runtime = createVirtualRuntime({ seed })
  const notes: string[] = []
  const faults: ModelWorld['faults'] = { of: () => undefined }
  const replicationMs: Record<string, number> = {}
  const mongo = createModelDeployment(
    {
      ...runtime,
      fault: (command) => faults.of(command),
      replicationMs: (member) => replicationMs[member.split(':')[0]!] ?? 0,
      note: (what) => notes.push(what),
    },
    options,
  )
  const run = <T>(work: Promise<T>) => runtime.advanceUntil(work)
  const client = async (name: string, more: MongoClientOptions = {}) => {
    const createClient = mongo.clientFor({ name, runtime })
    const made = createClient(mongo.url, { ...CLIENT_OPTIONS, ...more })
    await run(made.connect())
    return made
  }
  return {
    runtime,
    mongo,
    notes,
    faults,
    replicationMs,
    run,
    client,
    things: async (name, more) => (await client(name, more)).db('shop').collection<Thing>('things'),
  }
}

/** How it ended: the error, or undefined. */
export const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )
