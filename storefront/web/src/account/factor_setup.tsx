import { LIMITS } from '@shop/client/generated/limits'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { dataOf, shop } from '../api/shop.ts'
import { own } from '../language/own_texts.ts'
import { useSession } from '../session/use_session.ts'
import { Button } from '../ui/button.tsx'
import { lengthFault } from '../ui/limits.ts'
import { CodeField, codeIn } from './code_field.tsx'
import { hasCode } from './explain_own.ts'
import { CopyButton, Refused } from './parts.tsx'
import { QrCode } from './qr_code.tsx'

export type Secret = { readonly secret: string; readonly uri: string }

export function FactorSetup({
  secret: { secret, uri },
  cancel,
  done,
}: {
  secret: Secret
  cancel: () => void
  done: (codes: readonly string[]) => void
}) {
  const { user } = useSession()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  const [wrong, setWrong] = useState<string>()
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: (code: string) => dataOf(shop.auth.PUT('/me/totp', { body: { code } })),
    onSuccess: ({ recovery_codes }) => {
      done(recovery_codes)
      // An admin who had to set it up is one from now on.
      if (user?.needs_second_factor) shop.renewSession().catch(() => {})
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const code = codeIn(event.currentTarget)
    const found = lengthFault(code, LIMITS['PUT /me/totp'].code)
    reset()
    setWrong(found)
    if (found === undefined) mutate(code)
  }
  const refused = hasCode(error, 'invalid_code', 'validation_failed')
  return (
    <div className="grid gap-5 sm:grid-cols-[auto_1fr] sm:gap-7">
      <QrCode text={uri} label={own.factor.picture} />
      <div className="grid min-w-0 content-start gap-4">
        <div className="grid gap-1">
          <h3 ref={heading} tabIndex={-1} className="font-semibold outline-none">
            {own.factor.scan}
          </h3>
          <p className="text-soft">{own.factor.scanMore}</p>
        </div>
        <a
          href={uri}
          className="inline-flex min-h-9 items-center justify-self-start font-semibold text-accent underline"
        >
          {own.factor.open}
        </a>
        <div className="grid justify-items-start gap-2">
          <p className="text-sm font-semibold">{own.factor.key}</p>
          <p className="font-mono [overflow-wrap:anywhere]">{secret.replaceAll(/.{4}(?=.)/g, '$& ')}</p>
          <CopyButton text={secret} />
        </div>
        <form noValidate onSubmit={submit} className="grid max-w-xs gap-4">
          {!refused && <Refused error={error} title={own.factor.failed} />}
          <CodeField label={own.factor.code} error={wrong ?? (refused ? own.factor.wrongCode : undefined)} />
          <div className="flex flex-wrap gap-3">
            <Button type="submit" tone="primary" busy={isPending}>
              {own.factor.turnOn}
            </Button>
            <Button tone="quiet" onClick={cancel}>
              {own.common.cancel}
            </Button>
          </div>
        </form>
      </div>
    </div>
  )
}
