import { type FormEvent, useState } from 'react'
import { useNavigate } from 'react-router'
import { admin } from '../../language/admin_texts.ts'
import { Button } from '../../ui/button.tsx'
import { CONTROL } from '../../ui/field.tsx'

const EXACT = /^(#?\d{5,16}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i

/** A number or an id: order_service finds its orders. Other words are names. */
export const isExact = (q: string): boolean => EXACT.test(q)

export const isEmail = (q: string): boolean => /^[^\s@]+@[^\s@]+$/.test(q)

export function FindOrders({ q = '' }: { q?: string }) {
  const navigate = useNavigate()
  const [text, setText] = useState(q)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    navigate(`/admin/find-orders?q=${encodeURIComponent(text.trim())}`)
  }
  return (
    <search>
      <form onSubmit={submit} className="flex gap-2">
        <input
          type="search"
          dir="auto"
          aria-label={admin.find.label}
          placeholder={admin.find.label}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          className={CONTROL}
        />
        <Button type="submit" icon="search">
          {admin.find.submit}
        </Button>
      </form>
    </search>
  )
}
