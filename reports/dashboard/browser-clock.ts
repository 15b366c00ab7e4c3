import { useEffect, useState } from 'preact/hooks'

const TICK_MS = 1_000

/** The reader's clock, coming round once a second. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS)
    return () => clearInterval(timer)
  }, [])
  return now
}
