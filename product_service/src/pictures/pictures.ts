/**
 * Makes renditions in processes beside this one. Decoders are native code that reads what strangers made: in a thread, one that
 * crashes would end the service, and one that hangs could not be stopped and would keep a thread that the service needs.
 *
 * Invariants
 *  1. At most PICTURES_AT_ONCE are made at once, each by a process of its own; at most PICTURES_WAITING_MAX wait, and the rest
 *     fail at once with `overloaded`.
 *  2. Every picture is made or refused within PICTURE_WAIT_MS and PICTURE_MS together. A process that takes longer is killed;
 *     one that crashed is replaced. Only its own picture fails, with `media_not_processed`.
 *  3. A process that had nothing to do for PICTURE_IDLE_MS ends, so a shop that receives no pictures pays nothing.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { createConcurrencyLimiter } from '@shop/service_kit/runtime/concurrency_limiter'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { DomainError } from '../domain/errors.ts'
import type { Pictures } from '../domain/media_ports.ts'
import type { PictureReply } from './picture_process.ts'

export const PICTURES_AT_ONCE = 2
export const PICTURES_WAITING_MAX = 6
export const PICTURE_WAIT_MS = 5_000
export const PICTURE_MS = 10_000
export const PICTURE_IDLE_MS = 30_000
/** Of JavaScript alone; pixels are not in it. */
const HEAP_MIB = 96

const PROCESS = new URL('./picture_process.ts', import.meta.url)

type Options = {
  readonly runtime: Pick<Runtime, 'after'>
  /** For tests. */
  readonly process?: URL
  readonly pictureMs?: number
  readonly idleMs?: number
}

type Idle = { readonly child: ChildProcess; readonly cancel: () => void }

export function createPictures({
  runtime,
  process: file = PROCESS,
  pictureMs = PICTURE_MS,
  idleMs = PICTURE_IDLE_MS,
}: Options): Pictures {
  const limiter = createConcurrencyLimiter({
    runtime,
    what: 'pictures',
    concurrency: PICTURES_AT_ONCE,
    queueMax: PICTURES_WAITING_MAX,
    waitMs: PICTURE_WAIT_MS,
  })
  const idle: Idle[] = []
  const running = new Set<ChildProcess>()

  const take = (): ChildProcess => {
    for (let known = idle.pop(); known; known = idle.pop()) {
      known.cancel()
      if (known.child.connected) return known.child
    }
    const child = fork(file, {
      env: {},
      execArgv: [`--max-old-space-size=${HEAP_MIB}`],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    running.add(child)
    child.once('exit', () => running.delete(child))
    // A process that exits does not wait for it.
    child.unref()
    child.channel?.unref()
    return child
  }

  const rest = (child: ChildProcess) => {
    const cancel = runtime.after(idleMs, () => child.kill('SIGKILL'), { background: true })
    idle.push({ child, cancel })
  }

  const renderNow = async (picture: Uint8Array) => {
    const child = take()
    const { promise, resolve, reject } = Promise.withResolvers<PictureReply>()
    const failed = (why: string) => reject(new DomainError('media_not_processed', why))
    const ended = () => failed('The process that makes renditions ended; nothing was stored.')
    const cancel = runtime.after(pictureMs, () => {
      child.kill('SIGKILL')
      failed(`Making the renditions took longer than ${pictureMs} ms; nothing was stored.`)
    })
    child.once('message', resolve).once('exit', ended).once('error', ended)
    try {
      child.send(picture, (error) => error && ended())
      const reply = await promise
      rest(child)
      if ('picture' in reply) return reply.picture
      throw new DomainError((reply.code ?? 'media_not_processed') as 'media_unreadable', reply.detail)
    } finally {
      cancel()
      child.removeAllListeners('message').off('exit', ended).off('error', ended)
    }
  }

  return {
    render: (picture) => limiter.run(() => renderNow(picture)),
    async close() {
      for (const { cancel } of idle.splice(0)) cancel()
      for (const child of running) child.kill('SIGKILL')
    },
  }
}
