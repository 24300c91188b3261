/** The process that makes renditions, one picture after the other. It gets no environment, so it knows no secret. */
import { writeFileSync } from 'node:fs'
import type { Payloads } from '../domain/errors.ts'
import { DomainError } from '../domain/errors.ts'
import type { RenderedPicture } from '../domain/media_ports.ts'
import { renderPicture } from './render_picture.ts'

/** What it answers: the picture, or why there is none. */
export type PictureReply =
  | { readonly picture: RenderedPicture }
  | { readonly code: keyof Payloads | undefined; readonly detail: string }

try {
  // Where memory ends, the kernel ends this process, and not the service. Only Linux has it.
  writeFileSync('/proc/self/oom_score_adj', '1000')
} catch {}

process.on('message', async (file: Uint8Array) => {
  process.send!(await replyTo(file))
})
// The service has ended.
process.on('disconnect', () => process.exit())

async function replyTo(file: Uint8Array): Promise<PictureReply> {
  try {
    return { picture: await renderPicture(file) }
  } catch (error) {
    const { message } = error as Error
    return { code: error instanceof DomainError ? error.code : undefined, detail: message }
  }
}
