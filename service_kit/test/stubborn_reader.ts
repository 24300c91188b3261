/** A thread for tests that does what it is asked, good or bad. */
import { serveReads } from '../src/reader_thread.ts'

export type Deed = {
  readonly busyMs?: number
  readonly say?: string
  readonly end?: 'hang' | 'die' | 'throw' | 'hoard'
}

serveReads((name: string) => ({ busyMs = 0, say = '', end }: Deed): string => {
  for (const until = performance.now() + busyMs; performance.now() < until; );
  if (end === 'hang') for (;;);
  if (end === 'die') process.exit(3)
  if (end === 'throw') throw new Error('no such table')
  if (end === 'hoard') for (const kept: unknown[] = []; ; ) kept.push(new Array(10_000).fill(kept.length))
  return `${name} ${say}`
})
