import { LIMITS } from '@shop/client/generated/limits'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Link } from 'react-router'
import { PAGE } from '../../../src/http/page_addresses.ts'
import { shop } from '../api/shop.ts'
import { own } from '../language/own_texts.ts'
import { currentLanguage } from '../language/switch.ts'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/field.tsx'
import { lengthFault } from '../ui/limits.ts'
import { Notice } from '../ui/notice.tsx'
import { PageTitle } from '../ui/page_title.tsx'
import { Narrow, Refused, SHEET } from './parts.tsx'

/** It says the same for every name: whether there is such an account is not for strangers. */
export default function ForgotPage() {
  const [wrong, setWrong] = useState<string>()
  const { mutate, isPending, isSuccess, error, reset } = useMutation({
    mutationFn: (name: string) =>
      shop.auth.POST('/password_resets', { body: { name, language: currentLanguage() } }),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const name = String(new FormData(event.currentTarget).get('name')).trim()
    const found = lengthFault(name, LIMITS['POST /password_resets'].name)
    reset()
    setWrong(found)
    if (found === undefined) mutate(name)
  }
  return (
    <Narrow>
      <PageTitle title={own.forgot.title}>{own.forgot.title}</PageTitle>
      {isSuccess && (
        <Notice live tone="good" title={own.forgot.sentTitle}>
          {own.forgot.sent}
        </Notice>
      )}
      <form noValidate onSubmit={submit} className={SHEET}>
        <p className="text-soft">{own.forgot.more}</p>
        <Refused error={error} title={own.forgot.failed} />
        <TextField
          label={own.forgot.name}
          name="name"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          error={wrong}
        />
        <Button type="submit" tone="primary" busy={isPending}>
          {own.forgot.send}
        </Button>
        <p className="text-sm text-soft">{own.forgot.noMail}</p>
      </form>
      <p className="text-center">
        <Link to={PAGE.signIn} className="font-semibold text-accent underline">
          {own.forgot.back}
        </Link>
      </p>
    </Narrow>
  )
}
