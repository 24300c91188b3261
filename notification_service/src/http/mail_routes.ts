/** Mails that other services ask for, and what became of them. */
import type { App } from '@shop/service_kit/http/app_types'
import { PAGE_LIMIT_DEFAULT } from '@shop/service_kit/http/paging'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { MailStore } from '../domain/mail_ports.ts'
import { addMailsOperation, listMailsOperation, mailView, newMailsOf } from './mail_schemas.ts'

export type MailRoutesDeps = {
  readonly mails: Pick<MailStore, 'add' | 'over'>
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

    app.get('/mails', listMailsOperation, async ({ query }) => {
      const { state = 'dead', limit = PAGE_LIMIT_DEFAULT } = query
      return { items: (await mails.over(state, limit)).map(mailView) }
    })
  }
}
