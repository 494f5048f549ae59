# Builds Rez and runs it as an unprivileged user on a read-only root file system; all state lives in /data.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
# npm restores the console's chart library from its lock file.
RUN apt-get update && apt-get install -y --no-install-recommends npm && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY global.json Directory.Build.props Directory.Packages.props Rez.sln .editorconfig appsettings.json ./
COPY build/ build/
COPY Rez.Core/Rez.Core.csproj Rez.Core/packages.lock.json Rez.Core/
COPY Rez.Web/Rez.Web.csproj Rez.Web/packages.lock.json Rez.Web/
COPY Rez.Worker/Rez.Worker.csproj Rez.Worker/packages.lock.json Rez.Worker/
RUN dotnet restore Rez.Worker/Rez.Worker.csproj --locked-mode
COPY Rez.Core/ Rez.Core/
COPY Rez.Web/ Rez.Web/
COPY Rez.Worker/ Rez.Worker/
RUN dotnet publish Rez.Worker/Rez.Worker.csproj -c Release --no-restore -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
RUN apt-get update \
 && apt-get install -y --no-install-recommends libsqlite3-0 libsecp256k1-1 \
 && rm -rf /var/lib/apt/lists/* \
 && mkdir /data \
 && chown 1654:1654 /data
WORKDIR /app
COPY --from=build /app ./
USER 1654:1654
ENV REZ__Storage__DataDir=/data \
    REZ__Web__Bind=0.0.0.0 \
    REZ__Web__Port=8420 \
    DOTNET_EnableDiagnostics=0
VOLUME /data
EXPOSE 8420
HEALTHCHECK --interval=30s --timeout=6s --start-period=20s --retries=3 CMD ["./rez", "health"]
ENTRYPOINT ["./rez"]
CMD ["run"]
