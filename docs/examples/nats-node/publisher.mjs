// Asks Carillon for runs: node publisher.mjs JOB [ORDER [COUNT]]. See ../README.md.
import {randomUUID} from 'node:crypto';
import {connect, headers} from 'nats';

const [job, order = randomUUID(), count = '1'] = process.argv.slice(2);

// However often it is sent, one source and id is one run: take an id that a repeat has too.
const event = (id) => ({
  specversion: '1.0',
  type: 'scheduler.run.requested',
  source: '/examples/nats-node',
  id,
  datacontenttype: 'application/json',
  // As for POST /runs. The scope comes back in the events of the run.
  data: {jobKey: job, scope: {order: id}},
});

const nats = await connect({servers: (process.env.NATS_URL ?? 'nats://localhost:4222').split(',')});
const asJson = headers();
asJson.set('content-type', 'application/cloudevents+json');
for (let i = 1; i <= Number(count); i++) {
  const id = `${order}-${i}`;
  // The subject says whose run it is. It returns when the stream has it, and throws else.
  await nats
    .jetstream()
    .publish('scheduler.run.requested.default', JSON.stringify(event(id)), {headers: asJson});
  console.log(`requested ${id}`);
}
await nats.close();
