import { LIMITS } from '@shop/client/generated/limits'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { PAGE } from '../../../src/http/page_addresses.ts'
import { type ShopProblem, shop } from '../api/shop.ts'
import { own } from '../language/own_texts.ts'
import { t } from '../language/texts.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { TextField } from '../ui/field.tsx'
import { refusedPassword } from '../ui/field_faults.ts'
import { lengthFault } from '../ui/limits.ts'
import { Notice } from '../ui/notice.tsx'
import { PageTitle } from '../ui/page_title.tsx'
import { hasCode } from './explain_own.ts'
import { useLinkToken } from './link_token.ts'
import { Narrow, Refused, SHEET } from './parts.tsx'

const LENGTHS = LIMITS['PUT /password_resets'].new_password

/** A new password, by a link from a mail or from an admin. */
export default function ResetPage() {
  const token = useLinkToken()
  const [wrong, setWrong] = useState<string>()
  const { mutate, isPending, isSuccess, error, reset } = useMutation({
    mutationFn: (body: { token: string; new_password: string }) =>
      shop.auth.PUT('/password_resets', { body }),
    // A session of this browser has ended, too, if it was of that account.
    onSuccess: () => void shop.signOut(),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const password = String(new FormData(event.currentTarget).get('password'))
    const found = lengthFault(password, LENGTHS)
    reset()
    setWrong(found)
    if (found === undefined && token !== undefined) mutate({ token, new_password: password })
  }
  const badLink = token === undefined || hasCode(error, 'invalid_link', 'validation_failed')
  const refused = hasCode(error, 'password_refused') ? refusedPassword(error as ShopProblem) : undefined
  return (
    <Narrow>
      <PageTitle title={own.reset.title}>{own.reset.title}</PageTitle>
      {isSuccess ? (
        <Notice
          live
          tone="good"
          title={own.reset.done}
          action={<ButtonLink to={PAGE.signIn}>{t.signIn.title}</ButtonLink>}
        >
          {own.reset.doneMore}
        </Notice>
      ) : badLink ? (
        <Notice
          live
          tone="warn"
          title={own.reset.badLink}
          action={<ButtonLink to={PAGE.forgotPassword}>{own.reset.askAgain}</ButtonLink>}
        >
          {own.reset.badLinkMore}
        </Notice>
      ) : (
        <form noValidate onSubmit={submit} className={SHEET}>
          <p className="text-soft">{own.reset.more}</p>
          {refused === undefined && <Refused error={error} title={own.reset.failed} />}
          <TextField
            label={t.account.new}
            name="password"
            type="password"
            autoComplete="new-password"
            required
            hint={t.signIn.passwordHint(LENGTHS.minLength)}
            error={wrong ?? refused}
          />
          <Button type="submit" tone="primary" busy={isPending}>
            {own.reset.save}
          </Button>
        </form>
      )}
    </Narrow>
  )
}
