import { LIMITS } from '@shop/client/generated/limits'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Link } from 'react-router'
import { PAGE } from '../../../src/http/page_addresses.ts'
import { shop } from '../api/shop.ts'
import { own } from '../language/own_texts.ts'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/field.tsx'
import { Notice } from '../ui/notice.tsx'
import { PageTitle } from '../ui/page_title.tsx'
import { type Asked, orderAsked } from './order_asked.ts'
import { Narrow, Refused, SHEET } from './parts.tsx'

/** It says the same whether or not there is such an order. */
export default function FindOrderPage() {
  const [wrong, setWrong] = useState<{ number?: string | undefined; email?: string | undefined }>({})
  const { mutate, isPending, isSuccess, error, reset } = useMutation({
    mutationFn: (body: Asked) => shop.orders.POST('/order_links', { body }),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const fields = new FormData(form)
    const { body, faults } = orderAsked(
      String(fields.get('number')),
      String(fields.get('email')),
      LIMITS['POST /order_links'],
    )
    reset()
    setWrong({
      number: faults.number ? own.findOrder.wrongNumber : undefined,
      email: faults.email ? own.findOrder.wrongEmail : undefined,
    })
    if (body) mutate(body)
    else (form.elements.namedItem(faults.number ? 'number' : 'email') as HTMLElement).focus()
  }
  return (
    <Narrow>
      <PageTitle title={own.findOrder.title}>{own.findOrder.title}</PageTitle>
      {isSuccess && (
        <Notice live tone="good" title={own.forgot.sentTitle}>
          {own.findOrder.sent}
        </Notice>
      )}
      <form noValidate onSubmit={submit} className={SHEET}>
        <p className="text-soft">{own.findOrder.more}</p>
        <Refused error={error} title={own.forgot.failed} />
        <TextField
          label={own.findOrder.number}
          name="number"
          autoComplete="off"
          inputMode="numeric"
          required
          hint={own.findOrder.numberHint}
          error={wrong.number}
        />
        <TextField
          label={own.findOrder.email}
          name="email"
          type="email"
          autoComplete="email"
          required
          error={wrong.email}
        />
        <Button type="submit" tone="primary" busy={isPending}>
          {own.forgot.send}
        </Button>
      </form>
      <p className="text-center">
        <Link to={`${PAGE.signIn}?next=${PAGE.orders}`} className="font-semibold text-accent underline">
          {own.findOrder.toOrders}
        </Link>
      </p>
    </Narrow>
  )
}
