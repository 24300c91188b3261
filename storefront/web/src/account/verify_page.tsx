import { useMutation, useQueryClient } from '@tanstack/react-query'
import { PAGE } from '../../../src/http/page_addresses.ts'
import { shop } from '../api/shop.ts'
import { own } from '../language/own_texts.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Notice } from '../ui/notice.tsx'
import { PageTitle } from '../ui/page_title.tsx'
import { hasCode } from './explain_own.ts'
import { useLinkToken } from './link_token.ts'
import { Narrow, Refused, SHEET } from './parts.tsx'
import { meQuery } from './queries.ts'

/**
 * The proof of an e-mail address. It takes a click: programs that open the links of a mailbox to look for malware would otherwise
 * prove an address that its owner never gave.
 */
export default function VerifyPage() {
  const token = useLinkToken()
  const queries = useQueryClient()
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: (token: string) => shop.auth.POST('/email_verifications', { body: { token } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: meQuery.queryKey }),
  })
  const badLink = token === undefined || hasCode(error, 'invalid_link', 'validation_failed')
  const taken = hasCode(error, 'email_taken')
  const toAccount = <ButtonLink to={PAGE.account}>{own.verify.toAccount}</ButtonLink>
  return (
    <Narrow>
      <PageTitle title={own.verify.title}>{own.verify.title}</PageTitle>
      {isSuccess ? (
        <Notice live tone="good" title={own.verify.done} action={toAccount}>
          {own.verify.doneMore}
        </Notice>
      ) : badLink || taken ? (
        <Notice live tone="warn" title={taken ? own.verify.taken : own.verify.badLink} action={toAccount}>
          {taken ? own.verify.takenMore : own.verify.badLinkMore}
        </Notice>
      ) : (
        <div className={SHEET}>
          <p>{own.verify.more}</p>
          <Refused error={error} title={own.verify.failed} />
          <Button tone="primary" busy={isPending} onClick={() => mutate(token)}>
            {own.verify.confirm}
          </Button>
        </div>
      )}
    </Narrow>
  )
}
