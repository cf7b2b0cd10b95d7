// The page at /graphiql: GraphiQL with a header editor for the token and a query to begin with.
import React from 'react';
import { createRoot } from 'react-dom/client';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import 'graphiql/graphiql.css';
import './page.css';

const query = `# Queries and mutations of leernetwerk; the schema is behind the book icon on the left.
# Some fields need a token: open "Headers" below and put it in the place of the dots.
# This query needs none.

query Programmes {
  programmes(first: 5) {
    totalCount
    edges {
      node {
        slug
        title
        status
        isRegistrationOpen
        registrationClosesAt
        placesTaken
        placesLeft
        waitingCount
        countedForMinimum
        minParticipants
      }
    }
  }
  clock {
    now
    mode
  }
}

mutation Register {
  register(input: {
    programmeSlug: "werken-in-het-westen-2014"
    name: "Noor Visser"
    email: "noor.visser@gemeente.example"
    organisation: "Gemeente Voorbeeld"
  }) {
    receipt {
      place
      waitingPosition
      confirmBefore
    }
    errors {
      code
      message
      field
    }
  }
}
`;

const headers = '{\n  "Authorization": "Bearer …"\n}';

// The placeholder is no token: without one of their own, people are the public.
const withoutPlaceholder = (given) => Object.fromEntries(
  Object.entries(given ?? {}).filter(([, value]) => !String(value).includes('…')),
);

const endpoint = new URL('/graphql', window.location.href);
const socket = new URL(endpoint);
socket.protocol = endpoint.protocol === 'https:' ? 'wss:' : 'ws:';

function fetcher(request, options) {
  const given = withoutPlaceholder(options?.headers);
  const send = createGraphiQLFetcher({ url: endpoint.href, subscriptionUrl: socket.href, wsConnectionParams: given });
  return send(request, { ...options, headers: given });
}

createRoot(document.getElementById('graphiql')).render(
  <GraphiQL fetcher={fetcher} defaultQuery={query} defaultHeaders={headers} isHeadersEditorEnabled defaultEditorToolsVisibility="headers" shouldPersistHeaders={false}>
    <GraphiQL.Logo>leernetwerk</GraphiQL.Logo>
  </GraphiQL>,
);
