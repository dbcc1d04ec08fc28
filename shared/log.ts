/** How every part of the app reports what it did. */

import type { SafeDetail } from './errors.ts';
import type { LogEvent } from './log-events.ts';

export type LogLevel = 'information' | 'warning' | 'error';

/**
 * @param event a stable name, `topic.what-happened`: operators search for it.
 * @param detail ids, codes and numbers only; the type admits nothing else that should worry a reader of logs.
 */
export type Log = (level: LogLevel, event: LogEvent, detail?: SafeDetail) => void;
