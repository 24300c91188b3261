/** Mails that other services ask for. */
import type { App } from '@shop/service_kit/http/app_types'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { MailStore } from '../domain/mail_ports.ts'
import { addMailsOperation, newMailsOf } from './mail_schemas.ts'

export type MailRoutesDeps = {
  readonly mails: Pick<MailStore, 'add'>
  /** Links in mails begin with it. */
  readonly publicUrl: string | undefined
  readonly runtime: Pick<Runtime, 'now'>
  /** Called after mails were added. */
  readonly onMails: () => void
}

export function mailRoutes({ mails, publicUrl, runtime, onMails }: MailRoutesDeps) {
  return async (app: App) => {
    app.post('/internal/mails', addMailsOperation, async ({ body }) => {
      const at = runtime.now().toISOString()
      const accepted = await mails.add(newMailsOf(body.mails, publicUrl, at), at)
      if (accepted > 0) onMails()
      return { accepted }
    })
  }
}
