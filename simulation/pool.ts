/** Worker processes that play histories, one task at a time each. */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { Batch, Task } from './worker.ts'

const WORKER = join(import.meta.dirname, 'worker.ts')
const PLANT = join(import.meta.dirname, 'planted.ts')

export type Player = {
  play(task: Task): Promise<Batch>
  end(): void
}

/** `bug`: the name of the planted bug with which its code is loaded. */
export function startPlayer(bug = process.env.PLANTED_BUG): Player {
  const worker: ChildProcess = fork(WORKER, {
    execArgv: bug === undefined ? [] : ['--import', PLANT],
    env: { ...process.env, NODE_NO_WARNINGS: '1', ...(bug === undefined ? {} : { PLANTED_BUG: bug }) },
  })
  const waiting = new Map<number, { resolve(batch: Batch): void; reject(error: Error): void }>()
  worker.on('message', (batch: Batch) => {
    waiting.get(batch.id)?.resolve(batch)
    waiting.delete(batch.id)
  })
  worker.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`a worker ended with ${code}`))
  })
  return {
    play: (task) =>
      new Promise((resolve, reject) => {
        waiting.set(task.id, { resolve, reject })
        worker.send(task)
      }),
    end: () => void (worker.connected && worker.disconnect()),
  }
}

/** Plays what `next` gives, on `count` processes at once, until it gives no more. */
export async function playAll(
  count: number,
  next: () => Task | undefined,
  onBatch: (batch: Batch, task: Task) => void,
): Promise<void> {
  const players = Array.from({ length: count }, () => startPlayer())
  try {
    await Promise.all(
      players.map(async (player) => {
        for (let task = next(); task !== undefined; task = next()) onBatch(await player.play(task), task)
      }),
    )
  } finally {
    for (const player of players) player.end()
  }
}
