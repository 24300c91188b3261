import { LIMITS } from '@shop/client/generated/limits'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { dataOf, shop } from '../api/shop.ts'
import { useAnswer } from '../api/use_answer.ts'
import { own } from '../language/own_texts.ts'
import { currentLanguage } from '../language/switch.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import { lengthFault } from '../ui/limits.ts'
import { toast } from '../ui/toast.ts'
import { Typed } from '../ui/typed.tsx'
import { hasCode } from './explain_own.ts'
import { useAsOwner } from './owner.tsx'
import { Part, Refused, Waiting } from './parts.tsx'
import { meQuery } from './queries.ts'

type Me = { readonly email: string | null; readonly verified_email: string | null }

export function EmailPart() {
  const { data, error, refetch } = useAnswer(meQuery)
  const aside = data && data.email !== null && (
    <Badge tone={data.email === data.verified_email ? 'good' : 'warn'}>
      {data.email === data.verified_email ? own.email.proved : own.email.waiting}
    </Badge>
  )
  return (
    <Part id="email" title={own.email.title} more={own.email.more} aside={aside}>
      {data ? <EmailForm me={data} /> : <Waiting error={error} retry={refetch} />}
    </Part>
  )
}

function EmailForm({ me }: { me: Me }) {
  const queries = useQueryClient()
  const asOwner = useAsOwner()
  const form = useRef<HTMLFormElement>(null)
  const [wrong, setWrong] = useState<string>()
  const [removing, setRemoving] = useState(false)
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: (email: string | null) =>
      asOwner((proof) =>
        dataOf(shop.auth.PUT('/me/email', { body: { email, language: currentLanguage(), ...proof } })),
      ),
    onSuccess: (now, email) => {
      queries.setQueryData(meQuery.queryKey, now)
      form.current?.reset()
      if (email === null) toast({ title: own.email.removed })
      else toast({ title: now.email === now.verified_email ? own.email.saved : own.email.sent })
    },
  })
  const waits = me.email !== null && me.email !== me.verified_email
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const email = String(new FormData(event.currentTarget).get('email')).trim()
    const found = lengthFault(email, { minLength: 1, ...LIMITS['PUT /me/email'].email })
    reset()
    setWrong(found)
    if (found === undefined) mutate(email)
  }
  const refused = hasCode(error, 'email_refused', 'validation_failed')
  return (
    <>
      {me.email !== null && (
        <div className="grid gap-2">
          <Typed as="p" className="font-semibold">
            {me.email}
          </Typed>
          {waits && (
            <p className="text-soft">
              {own.email.waitingMore(<Typed>{me.email}</Typed>)}{' '}
              {me.verified_email !== null && own.email.keptMeanwhile(<Typed>{me.verified_email}</Typed>)}
            </p>
          )}
          <div className="flex flex-wrap gap-3 pt-1">
            {waits && (
              <Button size="sm" busy={isPending} onClick={() => mutate(me.email)}>
                {own.email.resend}
              </Button>
            )}
            <Button size="sm" onClick={() => setRemoving(true)}>
              {own.email.remove}
            </Button>
          </div>
        </div>
      )}
      <form ref={form} noValidate onSubmit={submit} className="grid max-w-md gap-5">
        {!refused && <Refused error={error} title={own.email.failed} />}
        <TextField
          label={own.email.label}
          name="email"
          type="email"
          autoComplete="email"
          required
          error={wrong ?? (refused ? own.email.refused : undefined)}
        />
        <Button type="submit" busy={isPending} className="justify-self-start">
          {me.email === null ? own.email.add : own.email.change}
        </Button>
      </form>
      <ConfirmDialog
        open={removing}
        onOpenChange={setRemoving}
        title={own.email.removeAsk}
        confirm={own.email.remove}
        keep={own.common.cancel}
        onConfirm={() => {
          setRemoving(false)
          mutate(null)
        }}
      >
        {own.email.removeMore}
      </ConfirmDialog>
    </>
  )
}
