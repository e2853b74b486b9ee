// Prints each event of each run once, in order: type, subject, sequence. See ../README.md.
import {parseArgs} from 'node:util';
import {AckPolicy, connect} from 'nats';

const {count} = parseArgs({options: {count: {type: 'string', default: 'Infinity'}}}).values;

const STREAM = 'CARILLON_EVENTS';
const NAME = 'example-nats-node';
const FINAL = ['SUCCEEDED', 'FAILED', 'DEAD', 'CANCELED', 'MISSED'];
const REMEMBERED = 100_000;

// NATS repeats events, and Carillon does after a crash: soon after, and with the same id.
const seen = new Set();
let ended = 0;

// One stream has all types, in the order in which they were told: nothing is held back.
function take({id, type, subject, sequence, data}) {
  if (seen.has(id)) {
    return;
  }
  seen.add(id);
  if (seen.size > REMEMBERED) {
    seen.delete(seen.values().next().value);
  }
  console.log(`${type} ${subject} ${sequence}`);
  // The last attempt of a run that dies is told twice: failed, then dead.
  const deadIsNext = type === 'scheduler.run.failed' && data.state === 'DEAD';
  if (FINAL.includes(data.state) && !deadIsNext) {
    ended++;
  }
}

const nats = await connect({servers: (process.env.NATS_URL ?? 'nats://localhost:4222').split(',')});
// The server remembers how far this one is; what it did not acknowledge comes again.
await (await nats.jetstreamManager()).consumers.add(STREAM, {
  durable_name: NAME,
  ack_policy: AckPolicy.Explicit,
  // From server 2.10 on: filter_subjects: ['scheduler.run.started.default', …]
});
const messages = await (await nats.jetstream().consumers.get(STREAM, NAME)).consume();
process.once('SIGINT', () => messages.stop());
for await (const message of messages) {
  // The others are of schedules, jobs, workers, or another tenant's.
  if (/^scheduler\.run\.\w+\.default$/.test(message.subject)) {
    take(message.json());
  }
  message.ack();
  if (ended >= Number(count)) {
    break;
  }
}
await nats.drain();
